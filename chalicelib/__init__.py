"""The control plane: domain in the middle, services around it, boto3 and Chalice at the edges."""
