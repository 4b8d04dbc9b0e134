"""What Chalice finds first: the app, its authorizer, and every noun's routes."""

from chalice.app import Chalice

from chalicelib.api.authorizer import authorizers
from chalicelib.api.nouns import NOUNS

app = Chalice(app_name="alethia", configure_logs=False)
app.debug = False
app.register_blueprint(authorizers)
for routes in NOUNS:
    app.register_blueprint(routes)
