package dev.querent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.querent.config.ConfigNode.Mapping;
import dev.querent.config.ConfigNode.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {

    @Test
    void everyValueKnowsTheLineOfItsKey() {
        Mapping mapping = YamlReader.document("""
                # a comment
                a: 1
                b:
                  c: "two
                    lines"
                  d: [x,
                    y]
                """, "f.yaml");

        assertThat(mapping.entries().get("a")).isEqualTo(new Scalar("1", false, new Origin("f.yaml", 2)));
        Mapping b = (Mapping) mapping.entries().get("b");
        assertThat(b.origin()).hasToString("f.yaml:3");
        assertThat(b.entries().get("c")).isEqualTo(new Scalar("two lines", true, new Origin("f.yaml", 4)));
        ConfigNode.Sequence d = (ConfigNode.Sequence) b.entries().get("d");
        assertThat(d.items().get(1).origin()).hasToString("f.yaml:7");
    }

    @Test
    void anEmptyDocumentIsAnEmptyMap() {
        assertThat(YamlReader.document("# nothing\n", "f.yaml").entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: !!javax.script.ScriptEngineManager [x]",
                "a: !!java.net.URL ['http://localhost/']",
                "!!java.lang.Object a: 1",
                "{!!java.lang.String k: 1}",
                "!!java.util.HashMap {a: 1}",
                "a: [!!java.io.File x]",
                "a: !own {b: c}"
            })
    void aTagIsRefusedInOneSentence(String text) {
        assertThat(refusal(text))
                .matches("f.yaml:1: the tag (tag:yaml.org,2002:java|!own)\\S* is refused:"
                        + " settings are plain maps, lists and values");
    }

    @Test
    void aDoubledKeyIsRefused() {
        assertThat(refusal("a: 1\nb: 2\n'a': 3\n")).isEqualTo("f.yaml:3: the key a is there twice");
    }

    @Test
    void aliasesStandForWhatTheyName() {
        Mapping mapping = YamlReader.document("a: &x {b: 1}\nc: *x\n", "f.yaml");

        assertThat(((Mapping) mapping.entries().get("c")).entries()).containsKey("b");
    }

    @Test
    void anAliasBombIsRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [".formatted(i, i))
                    .append(("*a" + (i - 1) + ", ").repeat(8))
                    .append("*a%d]\n".formatted(i - 1));
        }

        assertThat(refusal(bomb.toString())).matches("f.yaml(:\\d+)?: .*(aliases|values).*");
    }

    @Test
    void aListThatHoldsItselfIsRefused() {
        assertThat(refusal("a: &a [*a, *a, *a]")).startsWith("f.yaml:1: ");
        assertThat(refusal("a: &a {b: *a}")).startsWith("f.yaml:1: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 100_000})
    void deepNestingIsRefused(int depth) {
        assertThat(refusal("a: " + "[".repeat(depth) + "]".repeat(depth))).contains("30");
        assertThat(refusal("a: " + "{b: ".repeat(depth) + "}".repeat(depth))).contains("30");
    }

    @Test
    void aHugeDocumentIsRefused() {
        assertThat(refusal("a: " + "x".repeat(2_000_000)))
                .isEqualTo("f.yaml: has 2000003 characters; settings have at most 1000000");
        assertThat(refusal("a: [" + "1,".repeat(150_000) + "1]")).contains("holds more than 100000 values");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a: [1", "a: 'b", "a:\n\t- b", "a: b: c", "{", "a: \u0007", "--- a: 1\n--- b: 2", "*x", "a: @"})
    void whatIsNoYamlIsToldWithItsPlace(String text) {
        assertThat(refusal(text)).startsWith("f.yaml").contains("is not YAML: ");
    }

    @Test
    void otherDocumentsThanMapsAreRefused() {
        assertThat(refusal("- a\n- b")).isEqualTo("f.yaml:1: expected a map of settings, found a list");
        assertThat(refusal("just words")).isEqualTo("f.yaml:1: expected a map of settings, found \"just words\"");
        assertThat(refusal("? {a: b}\n: c")).isEqualTo("f.yaml:1: a key is a map or a list; keys are words");
        assertThat(refusal("x: &x {a: b}\n<<: *x"))
                .isEqualTo("f.yaml:2: the key << is refused; write extends: with a file");
    }

    private static String refusal(String text) {
        return catchThrowableOfType(YamlException.class, () -> YamlReader.document(text, "f.yaml"))
                .getMessage();
    }
}
