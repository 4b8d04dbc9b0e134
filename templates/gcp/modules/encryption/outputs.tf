output "key_ids" {
  description = "Each key by its purpose, once its user may use it."
  value       = { for purpose, key in google_kms_crypto_key.this : purpose => key.id }

  depends_on = [google_kms_crypto_key_iam_member.user]
}
