"""Use cases. They know the domain and ports (Protocols); never boto3, never Chalice."""
