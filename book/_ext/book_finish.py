"""Finish the built site: the forwarder at its root."""


def setup(app):
    return {"parallel_read_safe": True, "parallel_write_safe": True}
