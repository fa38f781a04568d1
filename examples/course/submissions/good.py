def count(text):
    return len(text.split())


def longest(text):
    return max(text.split(), key=len)


if __name__ == "__main__":
    import sys

    print(count(sys.stdin.read()))
