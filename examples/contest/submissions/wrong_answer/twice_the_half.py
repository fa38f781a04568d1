wanted = int(input())
print(wanted // 2, wanted - wanted // 2)
