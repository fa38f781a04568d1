def count(text):
    return len(text.split())


def longest(text):
    while True:
        pass


if __name__ == "__main__":
    import sys

    while True:
        pass
