package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.Token;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.call.ResponseWriter;
import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeStarted;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.MissingBlocks;
import ai.laconic.v1.ScoredTokens;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one answer to its client: pieces of text as they come, scores many in a message. Blocks
 * while the client takes no more, and throws once it won't.
 */
final class DecodeResponses {
  /** A score is some 20 bytes: a message for each would be mostly frames. */
  private static final int SCORES_PER_MESSAGE = 64;

  private final ResponseWriter<DecodeResponse> writer;
  private final StringBuilder pending = new StringBuilder();
  private final ScoredTokens.Builder scores = ScoredTokens.newBuilder();

  DecodeResponses(ResponseWriter<DecodeResponse> writer) {
    this.writer = writer;
  }

  /** The prompt was assembled and admitted. */
  void started(Prompt prompt) throws InterruptedException {
    writer.write(
        DecodeResponse.newBuilder()
            .setStarted(
                DecodeStarted.newBuilder()
                    .setPromptPositions(prompt.length())
                    .setPromptLatents(prompt.latents()))
            .build());
  }

  /** Blocks of the prompt are gone; nothing else is answered. */
  void missing(List<LatentId> blocks) throws InterruptedException {
    writer.write(
        DecodeResponse.newBuilder()
            .setMissing(
                MissingBlocks.newBuilder()
                    .addAllLatentIds(blocks.stream().map(LatentId::hex).toList()))
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
      pending.append(text);
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

  /** Writes the text that came since the last time. */
  void flush() throws InterruptedException {
    if (!pending.isEmpty()) {
      writer.write(DecodeResponse.newBuilder().setText(pending.toString()).build());
      pending.setLength(0);
    }
  }

  /**
   * Takes the end of the answer.
   *
   * @param rest of its text
   */
  void finished(String rest, EndReason reason, Usage usage) throws InterruptedException {
    DecodeFinished.Builder finished = DecodeFinished.newBuilder();
    if (scores.getTokensCount() > 0) {
      TokenScore.Builder last = scores.getTokensBuilder(scores.getTokensCount() - 1);
      last.setText(last.getText() + rest);
      flushScores();
    } else {
      pending.append(rest);
      flush();
      finished.setReason(reason(reason));
    }
    writer.write(DecodeResponse.newBuilder().setFinished(finished.setUsage(usage)).build());
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
