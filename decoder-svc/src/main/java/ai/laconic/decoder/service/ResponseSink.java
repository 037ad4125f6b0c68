package ai.laconic.decoder.service;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.prompt.PreparedPrompt;
import ai.laconic.servicekit.call.ResponseWriter;
import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeStarted;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.Usage;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;

/**
 * Writes an answer to its client.
 *
 * @param call the context in which the writer waits for the client
 */
record ResponseSink(ResponseWriter<DecodeResponse> writer, Context.CancellableContext call)
    implements AnswerSink {
  @Override
  public void started(PreparedPrompt prompt) throws InterruptedException {
    writer.write(
        DecodeResponse.newBuilder()
            .setStarted(
                DecodeStarted.newBuilder()
                    .setPromptPositions(prompt.positions())
                    .setPromptLatents(prompt.latents()))
            .build());
  }

  @Override
  public void text(String piece) throws InterruptedException {
    writer.write(DecodeResponse.newBuilder().setText(piece).build());
  }

  @Override
  public void finished(EndReason reason, PreparedPrompt prompt, int generated)
      throws InterruptedException {
    Usage usage =
        Usage.newBuilder()
            .setPromptPositions(prompt.positions())
            .setPromptLatents(prompt.latents())
            .setGeneratedTokens(generated)
            .build();
    writer.write(
        DecodeResponse.newBuilder()
            .setFinished(DecodeFinished.newBuilder().setReason(reason(reason)).setUsage(usage))
            .build());
  }

  @Override
  public void abandon(StatusRuntimeException why) {
    call.cancel(why);
  }

  private static FinishReason reason(EndReason reason) {
    return switch (reason) {
      case STOP -> FinishReason.FINISH_REASON_STOP;
      case LENGTH -> FinishReason.FINISH_REASON_LENGTH;
    };
  }
}
