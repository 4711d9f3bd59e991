# The address of a frame as Looker's hosts sign it. It works once, within five minutes.

import hmac
import json
from base64 import b64encode
from os import environ as env
from time import time
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

path = "/login/embed/" + quote(env["CONTENT"], safe="")
parameters = {
    "nonce": str(uuid4()),
    "time": int(time()),  # whole seconds
    "session_length": 3600,
    "external_user_id": env["SUBJECT"],
    "permissions": ["access_data", "see_looks", "see_user_dashboards"],
    "models": json.loads(env["MODELS"]),
    "group_ids": json.loads(env["TEAMS"]),
    "external_group_id": env["TENANT"],
    "user_attributes": json.loads(env["ATTRIBUTES"]),
    "access_filters": {},  # filters nothing, and must be there
}
# They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
sent = {name: json.dumps(value) for name, value in parameters.items()}

# The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
text = "\n".join([urlsplit(env["VITRINE_URL"]).netloc, path, *sent.values()])
# The key is the text of the secret, also if it looks like hexadecimal.
signature = b64encode(hmac.digest(env["SECRET"].encode(), text.encode(), env["HASH"])).decode()
search = urlencode({**sent, "force_logout_login": "true", "signature": signature})
print(f"{env['VITRINE_URL']}{path}?{search}")
