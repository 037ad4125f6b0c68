package ai.laconic.gateway.prompt;

import ai.laconic.gateway.healing.Healer;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.upstream.Restarts;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecoderServiceGrpc.DecoderServiceBlockingStub;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Has prompts decoded. A decoder that breaks off isn't seen by the client: the same task says the
 * same on another replica. Neither are blocks that a decoder misses: its call is over, and so it
 * holds no slot, while they are made again for the next.
 */
public final class Decodes {
  private static final int MOST_HEALINGS = 2;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final Restarts restarts;
  private final Healer healer;

  public Decodes(Restarts restarts, Healer healer) {
    this.restarts = restarts;
    this.healer = healer;
  }

  /**
   * Returns the last message of the answer; those before it are written by then.
   *
   * @param task adds what is to be done with the prompt
   */
  <R> R run(
      ResolvedPrompt resolved, UnaryOperator<DecodeRequest.Builder> task, DecodedAnswer<R> answer)
      throws Exception {
    ResolvedPrompt prompt = resolved;
    for (int healings = 0; ; healings++) {
      try {
        return decode(prompt, task.apply(prompt.request()).build(), answer);
      } catch (MissingLatentsException e) {
        if (healings == MOST_HEALINGS) {
          throw evicted(e.latentIds().size());
        }
        prompt = prompt.with(healer.heal(prompt.model(), prompt.regions(), e.latentIds()));
      }
    }
  }

  private static StatusRuntimeException evicted(int blocks) {
    return Problems.exhausted(
        "blocks of the prompt",
        blocks + " evicted again, after they were encoded again " + MOST_HEALINGS + " times",
        "all of them in the latent cache; it needs more memory for blocks, or fewer prompts at once",
        RETRY_AFTER);
  }

  /** A task that got no answer at all is left to gRPC, which has tried it elsewhere. */
  private <R> R decode(ResolvedPrompt prompt, DecodeRequest request, DecodedAnswer<R> answer)
      throws Exception {
    ServedModel model = prompt.model();
    DecoderServiceBlockingStub decoder =
        PromptAffinity.of(request.getTurnsList()).map(model::decoderNear).orElseGet(model::decoder);
    AtomicBoolean answered = new AtomicBoolean();
    return restarts.run(
        () -> decodeOnce(decoder, request, answer, prompt.remadeWindows(), answered),
        () -> answered.get() && answer.isRepeatable());
  }

  private static <R> R decodeOnce(
      DecoderServiceBlockingStub decoder,
      DecodeRequest request,
      DecodedAnswer<R> answer,
      int remadeWindows,
      AtomicBoolean answered)
      throws InterruptedException, MissingLatentsException {
    List<String> missing = List.of();
    // Its own context: whatever ends this try ends the decoder's call with it.
    Context.CancellableContext scope = Context.current().withCancellation();
    Context previous = scope.attach();
    try {
      answer.begin();
      Iterator<DecodeResponse> events = decoder.decode(request);
      while (events.hasNext()) {
        DecodeResponse event = events.next();
        answered.set(true);
        if (event.hasMissing()) {
          missing = event.getMissing().getLatentIdsList();
        } else {
          answer.accept(event);
        }
      }
      return answer.last(remadeWindows);
    } catch (StatusRuntimeException e) {
      if (!missing.isEmpty() && e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        throw new MissingLatentsException(missing, e);
      }
      throw e;
    } finally {
      scope.detachAndCancel(previous, null);
    }
  }
}
