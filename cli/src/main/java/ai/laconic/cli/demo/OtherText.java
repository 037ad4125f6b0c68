package ai.laconic.cli.demo;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Text of the same kind as another one, none of whose windows it shares. */
final class OtherText {
  private OtherText() {}

  /** Returns about so many characters of {@code text}, word for word backwards. */
  static String of(String text, int characters) {
    List<String> words =
        Arrays.asList(text.substring(0, Math.min(text.length(), characters)).strip().split("\\s+"));
    Collections.reverse(words);
    return String.join(" ", words);
  }
}
