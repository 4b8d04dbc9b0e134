locals {
  suffix         = var.config.fifo ? ".fifo" : ""
  dead_letter    = var.config.max_receive_count == null ? 0 : 1
  fourteen_days  = 1209600
  content_dedupe = var.config.fifo ? true : null
}

resource "aws_sqs_queue" "dead_letter" {
  count = local.dead_letter

  name                        = "${var.name}-dlq${local.suffix}"
  fifo_queue                  = var.config.fifo
  content_based_deduplication = local.content_dedupe
  message_retention_seconds   = local.fourteen_days
  sqs_managed_sse_enabled     = true
}

resource "aws_sqs_queue" "this" {
  name                        = "${var.name}${local.suffix}"
  fifo_queue                  = var.config.fifo
  content_based_deduplication = local.content_dedupe
  visibility_timeout_seconds  = var.config.visibility_timeout_seconds
  message_retention_seconds   = var.config.message_retention_seconds
  delay_seconds               = var.config.delay_seconds
  sqs_managed_sse_enabled     = true

  redrive_policy = local.dead_letter == 0 ? null : jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter[0].arn
    maxReceiveCount     = var.config.max_receive_count
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  count = local.dead_letter

  queue_url = aws_sqs_queue.dead_letter[0].url
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this.arn]
  })
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "EncryptedConnectionsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.this.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = length(var.sender_topic_arns) > 0 ? [var.sender_topic_arns] : []
    content {
      sid       = "TopicsDeliver"
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.this.arn]

      principals {
        type        = "Service"
        identifiers = ["sns.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = statement.value
      }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy    = data.aws_iam_policy_document.this.json
}
