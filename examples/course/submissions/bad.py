def count(text):
    return text.count(" ") + 1


def longest(text):
    return max(text.split(), key=len)


if __name__ == "__main__":
    import sys

    print("no idea")
