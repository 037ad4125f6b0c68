package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.Token;
import ai.laconic.decoder.prompt.PreparedPrompt;
import ai.laconic.servicekit.call.ResponseWriter;
import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeStarted;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.ScoredTokens;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Writes one answer to its client: pieces of text as they come, scores many in a message. Blocks
 * while the client takes no more, and throws once it won't.
 */
final class DecodeResponses {
  /** A score is some 20 bytes: a message for each would be mostly frames. */
  private static final int SCORES_PER_MESSAGE = 64;

  private final ResponseWriter<DecodeResponse> writer;
  private final ScoredTokens.Builder scores = ScoredTokens.newBuilder();

  DecodeResponses(ResponseWriter<DecodeResponse> writer) {
    this.writer = writer;
  }

  /** The prompt was assembled and admitted. */
  void started(PreparedPrompt prompt) throws InterruptedException {
    writer.write(
        DecodeResponse.newBuilder()
            .setStarted(
                DecodeStarted.newBuilder()
                    .setPromptPositions(prompt.positions())
                    .setPromptLatents(prompt.latents()))
            .build());
  }

  /**
   * Takes the next token.
   *
   * @param text the characters that are complete with it, often none
   * @param score of a scoring
   */
  void token(String text, Token.@Nullable Score score) throws InterruptedException {
    if (score == null) {
      write(text);
      return;
    }
    if (scores.getTokensCount() == SCORES_PER_MESSAGE) {
      flushScores();
    }
    scores.addTokens(
        TokenScore.newBuilder()
            .setText(text)
            .setLogprob(score.logprob())
            .setFirstChoice(score.firstChoice()));
  }

  /**
   * Takes the end of the answer.
   *
   * @param rest of its text
   * @param tokens of its text
   */
  void finished(String rest, EndReason reason, PreparedPrompt prompt, int tokens)
      throws InterruptedException {
    DecodeFinished.Builder finished = DecodeFinished.newBuilder();
    if (scores.getTokensCount() > 0) {
      TokenScore.Builder last = scores.getTokensBuilder(scores.getTokensCount() - 1);
      last.setText(last.getText() + rest);
      flushScores();
    } else {
      write(rest);
      finished.setReason(reason(reason));
    }
    Usage usage =
        Usage.newBuilder()
            .setPromptPositions(prompt.positions())
            .setPromptLatents(prompt.latents())
            .setGeneratedTokens(tokens)
            .build();
    writer.write(DecodeResponse.newBuilder().setFinished(finished.setUsage(usage)).build());
  }

  private void write(String text) throws InterruptedException {
    if (!text.isEmpty()) {
      writer.write(DecodeResponse.newBuilder().setText(text).build());
    }
  }

  private void flushScores() throws InterruptedException {
    writer.write(DecodeResponse.newBuilder().setScored(scores.build()).build());
    scores.clear();
  }

  private static FinishReason reason(EndReason reason) {
    return switch (reason) {
      case STOP -> FinishReason.FINISH_REASON_STOP;
      case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
    };
  }
}
