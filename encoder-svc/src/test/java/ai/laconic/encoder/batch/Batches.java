package ai.laconic.encoder.batch;

import ai.laconic.encoder.Statuses;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Windows to encode, and what became of them. */
final class Batches {
  private Batches() {}

  /** Windows whose ids are all the same: the first window's {@code first}, and so on. */
  static List<int[]> windows(int first, int count, int tokens) {
    return IntStream.range(first, first + count)
        .mapToObj(id -> IntStream.generate(() -> id).limit(tokens).toArray())
        .toList();
  }

  static List<float[]> get(Future<List<float[]>> latents) throws Exception {
    return latents.get(10, TimeUnit.SECONDS);
  }

  static void unwrapped(Future<List<float[]>> latents) throws Throwable {
    try {
      get(latents);
    } catch (ExecutionException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  static void assertProblem(ThrowingCallable call, Status.Code code, String message) {
    Statuses.assertFails(code, call).isEqualTo(message);
  }
}
