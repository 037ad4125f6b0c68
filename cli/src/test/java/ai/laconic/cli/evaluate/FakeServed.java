package ai.laconic.cli.evaluate;

import ai.laconic.v1.Context;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** A model that sees every text and answers by a function of it and of what was asked. */
final class FakeServed implements Served {
  private final Map<String, String> contexts = new ConcurrentHashMap<>();
  private final SourceText source;
  private final BiFunction<List<String>, String, String> answers;
  final Queue<List<Turn>> prompts = new ConcurrentLinkedQueue<>();

  /**
   * @param source counts tokens
   * @param answers of the turns' texts and the last line of the last one
   */
  FakeServed(SourceText source, BiFunction<List<String>, String, String> answers) {
    this.source = source;
    this.answers = answers;
  }

  @Override
  public Context compress(String text, Windowing windowing) {
    String id = "ctx_" + contexts.size() + "-" + text.hashCode();
    contexts.put(id, text);
    return Context.newBuilder().setId(id).build();
  }

  @Override
  public Answer generate(List<Turn> turns, int maxTokens) {
    String answer = answer(turns);
    return new Answer(answer, 100 * turns.size(), source.count(answer));
  }

  /** What it would say itself is its first choice, token for token. */
  @Override
  public ScoreResponse score(List<Turn> turns, String continuation, boolean ends) {
    String own = answer(turns);
    int[] given = source.tokenize(continuation).ids();
    int[] said = source.tokenize(own).ids();
    ScoreResponse.Builder response = ScoreResponse.newBuilder();
    for (int i = 0; i < given.length; i++) {
      response.addTokens(score(i < said.length && given[i] == said[i]));
    }
    return ends ? response.addTokens(score(own.equals(continuation))).build() : response.build();
  }

  private static TokenScore score(boolean first) {
    return TokenScore.newBuilder().setFirstChoice(first).setLogprob(first ? 0 : -3).build();
  }

  private String answer(List<Turn> turns) {
    prompts.add(List.copyOf(turns));
    List<String> texts = turns.stream().map(this::text).toList();
    String last = texts.get(texts.size() - 1);
    return answers.apply(texts, last.substring(last.lastIndexOf('\n') + 1));
  }

  private String text(Turn turn) {
    String text = turn.getPartsList().stream().map(this::text).collect(Collectors.joining());
    return turn.getRole() == Role.ROLE_ASSISTANT ? "assistant: " + text : text;
  }

  private String text(Part part) {
    return switch (part.getPartCase()) {
      case TEXT -> part.getText();
      case COMPRESS -> part.getCompress();
      case CONTEXT -> contexts.getOrDefault(part.getContext().getContextId(), "unknown");
      case PART_NOT_SET -> "";
    };
  }
}
