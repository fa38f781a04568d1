wanted = int(input())
seen = set()
for number in map(int, input().split()):
    if wanted - number in seen:
        print(number, wanted - number)
        break
    seen.add(number)
