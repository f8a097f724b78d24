package dev.querent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PlotTest {

    private static Curve curve(double... values) {
        Curve curve = new Curve();
        for (int i = 0; i < values.length; i++) {
            curve.add(i + 1, values[i]);
        }
        return curve;
    }

    private static List<String> labels(Axis axis) {
        return axis.ticks().stream().map(axis::label).toList();
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void ticksAreRoundNumbersInAsFewDigitsAsTellThemApart() {
        assertThat(labels(Axis.ofValues(0, 1))).containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1.0");
        assertThat(labels(Axis.ofValues(2.31, 2.94))).containsExactly("2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9");
        assertThat(labels(Axis.ofValues(0, 1e-4))).containsExactly("0", "2e-5", "4e-5", "6e-5", "8e-5", "1.0e-4");
        assertThat(labels(Axis.ofValues(-3e8, 2e8))).containsExactly("-3e8", "-2e8", "-1e8", "0", "1e8", "2e8");
        assertThat(labels(Axis.ofSteps(1, 250_000)))
                .containsExactly("50,000", "100,000", "150,000", "200,000", "250,000");
        assertThat(labels(Axis.ofSteps(7))).containsExactly("7", "8");
        assertThat(labels(Axis.ofValues(5, 5))).contains("5.0");
        assertThat(labels(Axis.ofValues(0, 0))).contains("0");
        assertThat(labels(Axis.ofValues())).isNotEmpty();
    }

    @Test
    void everyPlotIsXmlWhateverTheCurveIsCalled() throws Exception {
        Map<String, Curve> curves = new LinkedHashMap<>();
        curves.put("<script>alert(\"x\") & 'y'\u0000\u001b</script>", curve(1, 2, 3));
        curves.put("flat", curve(2, 2));
        curves.put("a point", curve(3));
        for (int i = 0; i < 9; i++) {
            curves.put("another with a name that is much too long to stand in any legend " + i, curve(i, 1));
        }
        Document svg = parsed(Plot.svg("<loss>", curves, 400, 200));
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.getElementsByTagName("text").getLength()).isGreaterThan(12 + 4);
        assertThat(svg.getDocumentElement().getTextContent())
                .contains("<script>alert(\"x\") & 'y'")
                .contains("<loss>");
    }

    @Test
    void aThinnedCurveShowsItsExtremesBehindItsMeans() throws Exception {
        Curve curve = new Curve();
        for (int step = 0; step < 100_000; step++) {
            curve.add(step, step % 7);
        }
        String svg = Plot.svg("loss", Map.of("loss", curve), 760, 340);
        assertThat(svg).contains("stroke-opacity=\"0.3\"").contains("stroke-opacity=\"1\"");
        assertThat(svg.length()).isLessThan(60_000);
        assertThat(Plot.svg("loss", Map.of("loss", curve(1, 2)), 760, 340)).doesNotContain("stroke-opacity=\"0.3\"");
        parsed(svg);
    }
}
