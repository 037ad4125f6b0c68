package ai.laconic.gateway.prompt;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/** Stands in for service-kit's until that is merged. */
public final class Restarts {
  <T> T run(Callable<T> work, BooleanSupplier worthwhile) throws Exception {
    for (int tries = 1; ; tries++) {
      try {
        return work.call();
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE
            || tries == 3
            || !worthwhile.getAsBoolean()) {
          throw e;
        }
      }
    }
  }
}
