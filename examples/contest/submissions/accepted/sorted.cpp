#include <algorithm>
#include <iostream>
#include <vector>

int main()
{
	long long wanted, number;
	std::vector<long long> numbers;
	std::cin >> wanted;
	while (std::cin >> number) numbers.push_back(number);
	std::sort(numbers.begin(), numbers.end());
	for (size_t low = 0, high = numbers.size() - 1; low < high;) {
		long long sum = numbers[low] + numbers[high];
		if (sum == wanted) {
			std::cout << numbers[low] << " " << numbers[high] << "\n";
			return 0;
		}
		sum < wanted ? low++ : high--;
	}
	return 1;
}
