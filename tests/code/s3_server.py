"""An S3 server of the tests' own, on a port that nobody else has."""

import socket
from contextlib import contextmanager
from urllib.request import Request, urlopen

import boto3
from moto.server import ThreadedMotoServer


@contextmanager
def server():
    """Start it, stop it in the end; gives the environment that finds it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "of-nobody",
            "AWS_SECRET_ACCESS_KEY": "of-nobody",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    finally:
        server.stop()


def bucket_of(environment, name):
    """A new, empty bucket of the server."""
    session = boto3.session.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )
    storage = session.resource("s3", endpoint_url=environment["AWS_ENDPOINT_URL"])
    bucket = storage.create_bucket(Bucket=name)
    bucket.objects.delete()
    return bucket


@contextmanager
def keys_are_asked(environment):
    """Let the server refuse keys that it does not know: it knows none."""

    def free_requests(count):
        url = f"{environment['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
        words = {"Content-Type": "text/plain"}
        with urlopen(Request(url, count, words, method="POST")):
            pass

    free_requests(b"0")
    try:
        yield
    finally:
        free_requests(b"inf")
