# A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.

import hmac
import json
from base64 import urlsafe_b64encode
from os import environ as env
from time import time


def encoded(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


now = int(time())  # whole seconds
header = {"alg": "HS256", "typ": "JWT"}
claims = {
    "resource": {"dashboard": int(env["CONTENT"])},  # a number, not digits in quotes
    "params": json.loads(env["PARAMETERS"]),  # also if it is empty
    "iat": now,
    "exp": now + 600,
}

signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
# The key is the text of the secret, also if it looks like hexadecimal.
signature = hmac.digest(env["SECRET"].encode(), signed.encode(), "sha256")
print(f"{signed}.{encoded(signature)}")
