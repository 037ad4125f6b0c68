package ai.laconic.servicekit;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerExecutorProvider;

/**
 * Threads for the calls that one service serves and makes. gRPC's own belong to the whole process:
 * where several services share it, nobody could say whose work a thread does. These stand in the
 * thread group in which the service was started, as all that they start. Idle ones end by
 * themselves.
 */
final class ServiceThreads implements GrpcServerExecutorProvider {
  private final ThreadGroup group = Thread.currentThread().getThreadGroup();
  private final AtomicInteger number = new AtomicInteger();
  private final Executor threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(group, task, "grpc-call-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });

  @Override
  public Executor getExecutor() {
    return threads;
  }
}
