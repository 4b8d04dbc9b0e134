output "facts" {
  description = "Name of the secret, and its address, whichever version is current; its value stays in the vault."
  value = {
    name = var.name
    id   = "${trimsuffix(var.vault.uri, "/")}/secrets/${var.name}"
  }
}
