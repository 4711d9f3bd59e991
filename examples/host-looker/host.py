"""Contrail as a host that was written for Looker: it signs an address for each person, and its page frames that address.

Plain Python, no packages. What it has of Vitrine's is a host name and a secret.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, quote_plus, urlencode, urlparse

PORT = int(os.environ.get("PORT", "8091"))
LOOKER_URL = os.environ.get("LOOKER_URL", "http://127.0.0.1:8080")
DASHBOARD = "/embed/dashboards/3"

# Whoever is logged in to the product. Here that is a name in the address; a product has a cookie of its own.
PEOPLE = {
    "delta": {"name": "Dana", "carrier": "DL"},
    "jetblue": {"name": "Jo", "carrier": "B6"},
}


def secret() -> bytes:
    with open(os.environ["LOOKER_SECRET_FILE"], encoding="utf-8") as file:
        return file.read().strip().encode()


def signed_address(target: str, person: str) -> str:
    """An address that lets one person in, once, within five minutes."""
    who = PEOPLE[person]
    parameters = {
        "nonce": json.dumps(secrets.token_hex(16)),
        "time": json.dumps(int(time.time())),
        "session_length": json.dumps(3600),
        "external_user_id": json.dumps(person),
        "permissions": json.dumps(["access_data", "see_looks", "see_user_dashboards", "see_drill_overlay"]),
        "models": json.dumps(["flights"]),
        "group_ids": json.dumps(["Station managers"]),
        "user_attributes": json.dumps({"carrier": who["carrier"]}),
        "access_filters": json.dumps({}),
    }
    path = "/login/embed/" + quote_plus(target)
    text = "\n".join([urlparse(LOOKER_URL).netloc, path, *parameters.values()])
    signature = base64.b64encode(hmac.new(secret(), text.encode(), hashlib.sha256).digest()).decode()
    unsigned = {"first_name": json.dumps(who["name"]), "last_name": json.dumps(None), "force_logout_login": "true"}
    return f"{LOOKER_URL}{path}?" + urlencode({**parameters, **unsigned, "signature": signature})


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Contrail</title>
<link rel="icon" href="data:,">
<style>
  body {{ font: 1rem/1.5 system-ui; margin: 1rem; }}
  iframe {{ border: 0; height: 40rem; width: 100%; }}
</style>
<nav>{people}</nav>
<p>Flights shown: <output>none yet</output></p>
<iframe title="Flights" src="{address}"></iframe>
<script>
  addEventListener("message", ({{ origin, data }}) => {{
    if (origin !== "{looker}" || typeof data !== "string") return;
    const message = JSON.parse(data);
    if (message.type === "dashboard:run:complete")
      document.querySelector("output").textContent = `${{message.dashboard.title}}: ${{message.status}}`;
  }});
</script>
"""


class Contrail(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlparse(self.path)
        person = parse_qs(address.query).get("person", ["delta"])[0]
        if address.path != "/" or person not in PEOPLE:
            self.send_error(404)
            return
        target = f"{DASHBOARD}?embed_domain={quote(origin(), safe=':/')}"
        page = PAGE.format(
            people=" ".join(f'<a href="/?person={one}">{who["name"]}</a>' for one, who in PEOPLE.items()),
            address=html.escape(signed_address(target, person)),
            looker=LOOKER_URL,
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: an address that lets somebody in belongs in no log."""


def origin() -> str:
    return os.environ.get("HOST_ORIGIN", f"http://localhost:{PORT}")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Contrail)
    print(f"Contrail for Looker is listening on http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
