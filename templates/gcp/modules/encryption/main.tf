# Keys of the project's own, where it chooses them over Google's: one for each purpose, and only the service
# that encrypts may use it.

# A key ring can't be deleted, and its name is taken for ever: each life of the environment has its own.
resource "terraform_data" "life" {}

resource "google_kms_key_ring" "this" {
  project  = var.project_id
  name     = "${var.name}-${substr(terraform_data.life.id, 0, 8)}"
  location = var.region
}

resource "google_kms_crypto_key" "this" {
  for_each = var.users

  name            = each.key
  key_ring        = google_kms_key_ring.this.id
  purpose         = "ENCRYPT_DECRYPT"
  rotation_period = "7776000s" # ninety days
}

resource "google_kms_crypto_key_iam_member" "user" {
  for_each = var.users

  crypto_key_id = google_kms_crypto_key.this[each.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value
}
