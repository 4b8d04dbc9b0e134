resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  recovery_window_in_days = var.keep_data ? 30 : 0
}

# The value is ephemeral here and write-only below: it reaches AWS and is kept in no plan and no state.
ephemeral "aws_secretsmanager_random_password" "this" {
  count = var.config.generate ? 1 : 0

  password_length            = var.config.length
  exclude_punctuation        = !var.config.special_chars
  require_each_included_type = true
}

resource "aws_secretsmanager_secret_version" "this" {
  count = var.config.generate ? 1 : 0

  secret_id        = aws_secretsmanager_secret.this.id
  secret_string_wo = ephemeral.aws_secretsmanager_random_password.this[0].random_password

  # A new value is written only when what is asked for changes.
  secret_string_wo_version = var.config.length * 2 + (var.config.special_chars ? 1 : 0)
}
