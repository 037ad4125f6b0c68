package ai.laconic.cli.evaluate;

import static ai.laconic.cli.evaluate.Served.assistant;
import static ai.laconic.cli.evaluate.Served.inline;
import static ai.laconic.cli.evaluate.Served.raw;
import static ai.laconic.cli.evaluate.Served.user;

import ai.laconic.cli.evaluate.Served.Answer;
import ai.laconic.cli.probe.Wordings;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One question over numbered chunks, of which the model sees latents and reads those that it asks
 * for. It must ask for some before it answers.
 *
 * @param chunks of the text
 * @param question about it
 * @param mostTokens of one of the model's answers
 */
record Triage(List<String> chunks, String question, int mostTokens) {
  /** As in the paper. */
  private static final int MOST_ROUNDS = 5;

  /**
   * How it went.
   *
   * @param answer what the model answered in the end; null if it did not, or not in this form
   * @param chosen chunks that it asked for in its first answer
   * @param positions of the decoder at the end, the last answer included
   */
  record Result(@Nullable String answer, Set<Integer> chosen, int positions) {}

  Triage {
    chunks = List.copyOf(chunks);
  }

  Result run(Served served) {
    List<Turn> turns = new ArrayList<>(List.of(first()));
    Set<Integer> chosen = Set.of();
    int positions = 0;
    for (int round = 1; round <= MOST_ROUNDS; round++) {
      Answer said = served.generate(turns, mostTokens);
      positions = said.positions() + said.tokens();
      TriageAnswer answer = TriageAnswer.of(said.text(), chunks.size());
      if (answer instanceof TriageAnswer.Expand more) {
        chosen = round == 1 ? Set.copyOf(more.chunks()) : chosen;
        turns.add(assistant(said.text()));
        turns.add(expansion(more.chunks()));
      } else if (answer instanceof TriageAnswer.Final last && round > 1) {
        return new Result(last.text(), chosen, positions);
      } else {
        break;
      }
    }
    return new Result(null, chosen, positions);
  }

  private Turn first() {
    Turn.Builder turn = Turn.newBuilder().setRole(Role.ROLE_USER);
    for (int i = 0; i < chunks.size(); i++) {
      turn.addParts(raw((i == 0 ? "" : "\n") + Wordings.chunk(i + 1)));
      turn.addParts(inline(chunks.get(i)));
    }
    return turn.addParts(raw("\n" + Wordings.triage(question))).build();
  }

  private Turn expansion(List<Integer> numbers) {
    String texts =
        numbers.stream()
            .map(number -> Wordings.chunk(number) + chunks.get(number - 1))
            .collect(Collectors.joining("\n"));
    return user(raw(texts + "\n" + question));
  }
}
