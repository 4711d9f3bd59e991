# A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.

import hmac
import json
from base64 import urlsafe_b64encode
from os import environ as env
from time import time
from uuid import uuid4


def encoded(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


now = int(time())  # whole seconds
# `kid` is the id of the secret, `iss` that of the connected app.
header = {"alg": "HS256", "typ": "JWT", "kid": env["SECRET_ID"], "iss": env["CLIENT_ID"]}
claims = {
    **json.loads(env["ATTRIBUTES"]),  # first, so that none takes the place of a claim below
    "iss": env["CLIENT_ID"],
    "sub": env["SUBJECT"],
    "aud": "tableau",
    "iat": now,
    "exp": now + 300,  # at most 600
    "jti": str(uuid4()),
    "scp": ["tableau:views:embed", "tableau:content:read"],
    "https://tableau.com/groups": json.loads(env["TEAMS"]),
}

signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
# The key is the text of the secret, also if it looks like hexadecimal.
signature = hmac.digest(env["SECRET"].encode(), signed.encode(), "sha256")
print(f"{signed}.{encoded(signature)}")
