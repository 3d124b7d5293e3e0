# There is no TLS here: the tests of the library only make a context, and never connect with it.
PROTOCOL_TLS_CLIENT = 0
CERT_NONE = 0
CERT_REQUIRED = 2


class SSLContext:
    def __init__(self, protocol):
        pass
