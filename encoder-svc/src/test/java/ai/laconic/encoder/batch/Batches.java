package ai.laconic.encoder.batch;

import ai.laconic.encoder.Statuses;
import ai.laconic.servicekit.admission.Admission;
import ai.laconic.servicekit.admission.AdmissionLimits;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Windows to encode, and what became of them. */
public final class Batches {
  private Batches() {}

  /** Room for so many tokens, which all may be one tenant's. */
  public static Admission room(long tokens) {
    return new Admission(
        "encoder tokens",
        new AdmissionLimits(tokens, 1, 1000, Duration.ofMinutes(10)),
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "admission-timer");
              thread.setDaemon(true);
              return thread;
            }));
  }

  static BatchJob admit(Batcher batcher, String tenant, long tokens) {
    try {
      return new TenantId(tenant).in(Context.current()).call(() -> batcher.admit(tokens));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

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
