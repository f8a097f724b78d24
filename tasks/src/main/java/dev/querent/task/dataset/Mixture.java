package dev.querent.task.dataset;

import dev.querent.data.Checkable;
import dev.querent.data.DataFolder;
import dev.querent.data.Dataset;
import dev.querent.data.Sample;
import dev.querent.data.SampleList;
import dev.querent.data.SampleSequence;
import dev.querent.data.TextPair;
import dev.querent.plugin.Check;
import dev.querent.plugin.Doc;
import dev.querent.plugin.Plugin;
import dev.querent.plugin.PluginChoice;
import dev.querent.random.Purpose;
import dev.querent.random.RunSeed;
import dev.querent.text.WordLevelTokenizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Several data sets as one. Training draws from each in proportion to its weight, whatever its size; every data set is shuffled in
 * its own way and has epochs of its own. The other splits are those of all data sets, one behind the other.
 */
@Plugin("mixture")
public final class Mixture implements Dataset, Checkable {

    /** The data sets by name; names stand before the ids of their samples. */
    public record Config(
            @Doc("data sets by a name of your own") Map<String, Part> parts) {
        public Config {
            parts = new TreeMap<>(parts);
            Check.that(!parts.isEmpty(), "parts: expected at least one data set, found none");
        }
    }

    /** One data set. */
    public record Part(
            @Doc("the data set") PluginChoice<Dataset> data,

            @Doc("how often it is drawn, compared with the others; its number of training samples where it isn't given")
            Optional<Double> weight,

            @Doc("what the language model reads before a caption, e.g. a photo of")
            Optional<String> prompt,

            @Doc("how a question is put, e.g. \"question: {} short answer:\"; the question replaces {}")
            Optional<String> questionPrompt) {
        public Part {
            Check.that(weight.orElse(1.0) > 0, "weight: expected a number above 0, found " + weight.orElse(0.0));
            Check.that(
                    questionPrompt.orElse("{}").contains("{}"),
                    "question-prompt: expected a text with {} in it, found \"" + questionPrompt.orElse("") + "\"");
        }

        Sample.Prompts prompts() {
            return new Sample.Prompts(prompt.orElse(""), questionPrompt.orElse(""));
        }
    }

    private final List<Member> members = new ArrayList<>();

    private record Member(String name, Part part, Dataset data) {}

    /**
     * @throws dev.querent.data.MissingDataException where the data of one of them isn't there
     * @throws IllegalArgumentException where one of them can't be read
     */
    public Mixture(Config config, DataFolder folder) {
        config.parts()
                .forEach((name, part) ->
                        members.add(new Member(name, part, part.data().create(Dataset.class, folder))));
    }

    @Override
    public Set<String> splits() {
        Set<String> splits = new LinkedHashSet<>();
        members.forEach(member -> splits.addAll(member.data.splits()));
        return splits;
    }

    @Override
    public SampleList split(String name) {
        List<Member> known = members.stream()
                .filter(member -> member.data.splits().contains(name))
                .toList();
        if (known.isEmpty()) {
            throw new IllegalArgumentException("none of the mixture's data sets has a split \"" + name + "\". Known: "
                    + String.join(", ", splits()));
        }
        return new Joined(
                known, known.stream().map(member -> member.data.split(name)).toList());
    }

    /** The samples of several lists, one behind the other. */
    private static final class Joined implements SampleList {
        private final List<Member> members;
        private final List<SampleList> lists;
        private final int[] firsts;

        Joined(List<Member> members, List<SampleList> lists) {
            this.members = members;
            this.lists = lists;
            firsts = new int[lists.size() + 1];
            for (int i = 0; i < lists.size(); i++) {
                firsts[i + 1] = Math.addExact(firsts[i], lists.get(i).size());
            }
        }

        @Override
        public int size() {
            return firsts[lists.size()];
        }

        @Override
        public Sample get(int index) {
            int part = 0;
            while (firsts[part + 1] <= index) {
                part++;
            }
            Sample sample = lists.get(part).get(index - firsts[part]);
            String before = members.get(part).name + "/";
            return new Sample(
                    before + sample.id(),
                    before + sample.group(),
                    sample.image(),
                    sample.captions(),
                    sample.questions(),
                    members.get(part).part.prompts(),
                    sample.domain());
        }

        @Override
        public SampleSequence sequence(RunSeed seed) {
            List<SampleSequence> sequences = new ArrayList<>();
            double[] weights = new double[lists.size()];
            for (int part = 0; part < weights.length; part++) {
                SampleList list = lists.get(part);
                sequences.add(list.sequence(new RunSeed(seed.at(Purpose.DATA_ORDER, members.get(part).name))));
                weights[part] = members.get(part).part.weight().orElse((double) list.size());
            }
            return new MixtureSequence(sequences, firsts, MixtureSequence.quotas(weights), seed);
        }

        @Override
        public boolean surveyable() {
            return false; // batches of distinct groups would be drawn without regard to weights
        }
    }

    @Override
    public int textCount() {
        return members.stream().mapToInt(member -> member.data.textCount()).reduce(0, Math::addExact);
    }

    @Override
    public TextPair text(int index) {
        int left = index;
        for (Member member : members) {
            int count = member.data.textCount();
            if (left < count) {
                return member.data.text(left);
            }
            left -= count;
        }
        throw new IndexOutOfBoundsException(index);
    }

    /** With those of the prompts. */
    @Override
    public List<String> words() {
        Set<String> words = new LinkedHashSet<>();
        for (Member member : members) {
            words.addAll(member.data.words());
            words.addAll(WordLevelTokenizer.words(member.part.prompts().caption()));
            words.addAll(
                    WordLevelTokenizer.words(member.part.prompts().question().replace("{}", " ")));
        }
        return List.copyOf(words);
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (Member member : members) {
            if (member.data instanceof Checkable known) {
                problems.addAll(known.problems());
            }
        }
        return problems;
    }
}
