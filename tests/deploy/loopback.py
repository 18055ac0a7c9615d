"""What is meant for the portal's name goes to loopback, where a test's nginx is."""

import httpx

from tests.deploy.nginx import Nginx
from tests.production import HOST


class ToLoopback(httpx.HTTPTransport):
    """Sends each request to an nginx on loopback, which is asked for by the portal's name."""

    def __init__(self, nginx: Nginx) -> None:
        super().__init__(verify=nginx.trust())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of that nginx."""
        # A request of its own, since cookies belong to the name and not to the address.
        sent = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=httpx.Headers({**request.headers, "host": HOST}),
            stream=request.stream,
            extensions=request.extensions | {"sni_hostname": HOST},
        )
        return super().handle_request(sent)
