package ai.laconic.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.benchmarks.figure.Unit;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class SvgChartTest {
  private static final ChartPlan PLAN =
      new ChartPlan("ttft", "First <token>", Unit.SECONDS, "tokens", name -> true);

  @TempDir Path folder;

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  @Test
  void isWellFormedAndShowsEveryValueInsideTheFrame() throws Exception {
    String svg = SvgChart.draw(PLAN, SomeReport.report().figures()).orElseThrow();

    Document document = parse(svg);
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    NodeList points = document.getElementsByTagName("circle");
    assertThat(points.getLength()).isEqualTo(4);
    for (int i = 0; i < points.getLength(); i++) {
      Element point = (Element) points.item(i);
      assertThat(Double.parseDouble(point.getAttribute("cx"))).isBetween(76.0, 560.0);
      assertThat(Double.parseDouble(point.getAttribute("cy"))).isBetween(44.0, 366.0);
    }
    assertThat(svg).contains("First &lt;token&gt;", ">16x, cold &amp; new<", ">30,000<");
  }

  @Test
  void theSlowerOneLiesHigher() throws Exception {
    NodeList points =
        parse(SvgChart.draw(PLAN, SomeReport.report().figures()).orElseThrow())
            .getElementsByTagName("circle");

    // Both sizes of the first line, then both of the second.
    double raw = Double.parseDouble(((Element) points.item(1)).getAttribute("cy"));
    double latents = Double.parseDouble(((Element) points.item(3)).getAttribute("cy"));
    assertThat(raw).isLessThan(latents);
  }

  @Test
  void nothingToShowIsNoPlot() throws Exception {
    ChartPlan none = new ChartPlan("none", "None", Unit.BYTES, "tokens", name -> true);

    assertThat(ReportFolder.plot(folder, SomeReport.report(), List.of(PLAN, none)))
        .containsExactly("ttft.svg");
    assertThat(Files.exists(folder.resolve("none.svg"))).isFalse();
  }
}
