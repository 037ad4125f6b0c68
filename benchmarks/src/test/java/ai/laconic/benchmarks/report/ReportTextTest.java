package ai.laconic.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTextTest {
  @TempDir Path folder;

  private static String golden(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(ReportTextTest.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theFormatForMachinesStays() throws IOException {
    assertThat(ReportText.json(SomeReport.report())).isEqualTo(golden("report.json"));
  }

  @Test
  void theTextForPeopleStays() throws IOException {
    assertThat(ReportText.markdown(SomeReport.report())).isEqualTo(golden("report.md"));
  }

  @Test
  void whatWasStoredIsFoundAgain() throws IOException {
    ReportFolder reports = new ReportFolder(folder.resolve("new"));
    assertThat(reports.find("ttft")).isEmpty();

    reports.store(SomeReport.report());

    assertThat(reports.find("ttft")).contains(SomeReport.report());
    assertThat(reports.find("decode")).isEmpty();
  }

  @Test
  void whatIsNoReportIsRefusedWithItsName() throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), "{\"schema\": 9}");

    assertThatThrownBy(() -> ReportText.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("x.json: ")
        .hasMessageContaining("(expected: a report)");
  }

  @Test
  void numbersHaveTheDigitsThatCount() {
    assertThat(
            List.of(1234567.0, 123.4, 12.345, 1.2345, 0.12345, 0.0012345, 3.0).stream()
                .map(ReportText::number))
        .containsExactly("1,234,567", "123", "12.3", "1.23", "0.123", "0.0012", "3");
  }

  @Test
  void aPageTakesFiguresInTheirPlaceAndNoOther() throws IOException {
    Path page = folder.resolve("page.md");
    String frame = "Before\n<!-- figures of ttft -->\n%s<!-- end of ttft -->\nAfter\n";
    Files.writeString(page, frame.formatted("stale\n"));

    DocsPage.write(page, SomeReport.report(), List.of("plots/ttft.svg"));
    String once = Files.readString(page);
    DocsPage.write(page, SomeReport.report(), List.of("plots/ttft.svg"));

    assertThat(once)
        .startsWith("Before\n<!-- figures of ttft -->\n")
        .endsWith("<!-- end of ttft -->\nAfter\n")
        .contains("| 1,000 tokens | raw |", "![ttft](plots/ttft.svg)")
        .doesNotContain("stale");
    assertThat(page).hasContent(once);
    Files.writeString(page, "No place\n");
    assertThatThrownBy(() -> DocsPage.write(page, SomeReport.report(), List.of()))
        .hasMessageContaining("no place for ttft (expected: <!-- figures of ttft -->)");
  }
}
