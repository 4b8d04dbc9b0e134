"""``python -m alethia.embedded.customer_cloud --port 4599``."""

from . import close_gaps, server

close_gaps()
server.main()
