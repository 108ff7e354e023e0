"""Certificates in a PEM file, one by one."""

END = "-----END CERTIFICATE-----\n"


def split(path):
    with open(path, encoding="ascii") as f:
        return [part.lstrip() + END for part in f.read().split(END) if part.strip()]


def write(path, text):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)
    return path
