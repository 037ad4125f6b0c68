package ai.laconic.encoder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.EncodedWindow;
import java.util.ArrayList;
import java.util.List;

/** The texts of windows, which say only how long they are. */
public final class WindowTexts {
  private WindowTexts() {}

  /** Cuts a text by counts of bytes that add up to it. */
  public static List<String> cut(String text, List<Integer> counts) {
    byte[] bytes = text.getBytes(UTF_8);
    List<String> texts = new ArrayList<>();
    int from = 0;
    for (int count : counts) {
      texts.add(new String(bytes, from, count, UTF_8));
      from += count;
    }
    assertThat(from).as("bytes of all windows").isEqualTo(bytes.length);
    return texts;
  }

  static List<String> of(String text, List<EncodedWindow> windows) {
    return cut(text, windows.stream().map(EncodedWindow::getTextBytes).toList());
  }
}
