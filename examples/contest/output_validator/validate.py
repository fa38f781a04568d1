import sys

input_path, _, feedback = sys.argv[1:4]
with open(input_path) as file:
    wanted = int(file.readline())
    numbers = file.readline().split()


def reject(message):
    with open(feedback + "judgemessage.txt", "w") as file:
        file.write(message)
    sys.exit(43)


given = sys.stdin.read().split()
if len(given) != 2:
    reject(f"{len(given)} numbers in place of two")
for number in given:
    if number not in numbers:
        reject("a number that is not in the list, or not that often")
    numbers.remove(number)
if sum(map(int, given)) != wanted:
    reject("their sum is another one")
sys.exit(42)
