# An existing network is only read, so that a wrong id fails the plan: nothing in it is made or changed.

data "google_compute_network" "existing" {
  count = var.provision ? 0 : 1

  project = split("/", var.network_id)[1]
  name    = split("/", var.network_id)[4]
}

data "google_compute_subnetwork" "existing" {
  count = var.provision || var.subnet_id == null ? 0 : 1

  project = split("/", var.subnet_id)[1]
  region  = split("/", var.subnet_id)[3]
  name    = split("/", var.subnet_id)[5]
}
