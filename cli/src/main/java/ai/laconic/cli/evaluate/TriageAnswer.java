package ai.laconic.cli.evaluate;

import ai.laconic.cli.probe.Wordings;
import java.util.Arrays;
import java.util.List;

/** What a model says to a triage over numbered chunks. */
sealed interface TriageAnswer {
  /**
   * "EXPAND: 3, 7".
   *
   * @param chunks numbers from 1, each once, in the order of the answer
   */
  record Expand(List<Integer> chunks) implements TriageAnswer {
    public Expand {
      chunks = List.copyOf(chunks);
    }
  }

  /** "ANSWER: ...". */
  record Final(String text) implements TriageAnswer {}

  /** Anything else, numbers of chunks that aren't there included. */
  record Malformed() implements TriageAnswer {}

  /**
   * Reads an answer.
   *
   * @param chunks how many there are
   */
  static TriageAnswer of(String answer, int chunks) {
    String said = answer.strip();
    if (said.startsWith(Wordings.ANSWER)) {
      return new Final(said.substring(Wordings.ANSWER.length()));
    }
    if (!said.startsWith(Wordings.EXPAND)) {
      return new Malformed();
    }
    String list = said.substring(Wordings.EXPAND.length());
    if (!list.matches("[0-9]{1,6}(, [0-9]{1,6})*")) {
      return new Malformed();
    }
    List<Integer> numbers = Arrays.stream(list.split(", ", -1)).map(Integer::valueOf).toList();
    boolean sound =
        numbers.stream().allMatch(number -> number >= 1 && number <= chunks)
            && numbers.stream().distinct().count() == numbers.size();
    return sound ? new Expand(numbers) : new Malformed();
  }
}
