package ai.laconic.decoder.service;

import ai.laconic.decoder.prompt.PreparedPrompt;
import ai.laconic.servicekit.call.ResponseWriter;
import ai.laconic.v1.DecoderScoreResponse;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Usage;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;

/** Writes scores to their client, many in a message. */
final class ScoreResponses implements ScoreSink {
  /** A score is some 20 bytes: a message for each would be mostly frames. */
  private static final int TOKENS_PER_MESSAGE = 64;

  private final ResponseWriter<DecoderScoreResponse> writer;
  private final Context.CancellableContext call;
  private DecoderScoreResponse.Builder next = DecoderScoreResponse.newBuilder();

  /**
   * @param call the context in which the writer waits for the client
   */
  ScoreResponses(ResponseWriter<DecoderScoreResponse> writer, Context.CancellableContext call) {
    this.writer = writer;
    this.call = call;
  }

  @Override
  public void scored(String text, float logprob, boolean firstChoice) throws InterruptedException {
    if (next.getTokensCount() == TOKENS_PER_MESSAGE) {
      writer.write(next.build());
      next = DecoderScoreResponse.newBuilder();
    }
    next.addTokens(
        TokenScore.newBuilder().setText(text).setLogprob(logprob).setFirstChoice(firstChoice));
  }

  @Override
  public void finished(PreparedPrompt prompt, int tokens) throws InterruptedException {
    writer.write(
        next.setUsage(
                Usage.newBuilder()
                    .setPromptPositions(prompt.positions())
                    .setPromptLatents(prompt.latents())
                    .setGeneratedTokens(tokens))
            .build());
  }

  @Override
  public void abandon(StatusRuntimeException why) {
    call.cancel(why);
  }
}
