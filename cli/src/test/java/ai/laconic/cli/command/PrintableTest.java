package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void leavesLettersOfAllScriptsAlone() {
    String text = "Grüße 日本語 👩‍🚀 عربى";
    assertThat(Printable.line(text)).isEqualTo(text);
    assertThat(Printable.text(text)).isEqualTo(text);
  }

  @Test
  void showsWhatWouldActOnATerminal() {
    assertThat(Printable.line("a\n\r\tb")).isEqualTo("a\\n\\r\\tb");
    assertThat(Printable.line("\u001b[31mred\u0007\u009b"))
        .isEqualTo("\\u001b[31mred\\u0007\\u009b");
    assertThat(Printable.line("\u202eabc\u2066\u2028\ufeff\u200f"))
        .isEqualTo("\\u202eabc\\u2066\\u2028\\ufeff\\u200f");
  }

  @Test
  void keepsLinesAndTabsOfAText() {
    assertThat(Printable.text("a\tb\r\nc\nover\rwritten\u001b[2J"))
        .isEqualTo("a\tb\nc\nover\\rwritten\\u001b[2J");
  }

  @Test
  void noNameForgesARow() {
    StringWriter printed = new StringWriter();
    PrintWriter out = new PrintWriter(printed);
    Output output = new Output(out, out, false);
    output.table(List.of(List.of("NAME", "MODEL"), List.of("x\nctx_1  forged\u001b[2K", "tiny")));
    output.line("deleted %s", "x\nforged");

    assertThat(printed.toString().lines())
        .containsExactly(
            "NAME                       MODEL",
            "x\\nctx_1  forged\\u001b[2K  tiny",
            "deleted x\\nforged");
  }
}
