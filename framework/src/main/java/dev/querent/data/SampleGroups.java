package dev.querent.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which samples of a split show the same thing. */
final class SampleGroups {

    private final int[] groupOf;
    private final List<int[]> members;

    SampleGroups(SampleList samples) {
        groupOf = new int[samples.size()];
        Map<String, Integer> numbers = new HashMap<>();
        List<List<Integer>> lists = new ArrayList<>();
        for (int index = 0; index < groupOf.length; index++) {
            int number = numbers.computeIfAbsent(samples.get(index).group(), name -> numbers.size());
            groupOf[index] = number;
            if (number == lists.size()) {
                lists.add(new ArrayList<>());
            }
            lists.get(number).add(index);
        }
        members = lists.stream()
                .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    int size() {
        return members.size();
    }

    int groupOf(int index) {
        return groupOf[index];
    }

    int[] members(int group) {
        return members.get(group).clone();
    }
}
