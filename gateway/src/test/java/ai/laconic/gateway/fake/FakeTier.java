package ai.laconic.gateway.fake;

import ai.laconic.servicekit.call.ValidationServerInterceptor;
import ai.laconic.servicekit.error.ProblemServerInterceptor;
import ai.laconic.servicekit.tenant.TenantResolver;
import ai.laconic.servicekit.tenant.TenantServerInterceptor;
import ai.laconic.v1.Model;
import build.buf.protovalidate.ValidatorFactory;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Serves one fake as the real tier is served: with health, validation and the tenant's header. */
public final class FakeTier implements AutoCloseable {
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  /** Names under which it reports its health. */
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  private FakeTier(BindableService service) throws IOException {
    this.server =
        ServerBuilder.forPort(0)
            .addService(service)
            .addService(health.getHealthService())
            // The last is the first to see a call.
            .intercept(new ValidationServerInterceptor(ValidatorFactory.newBuilder().build()))
            .intercept(new TenantServerInterceptor(TenantResolver.trustedHeader()))
            .intercept(new ProblemServerInterceptor())
            .build()
            .start();
    names.add("");
    setServing(true);
  }

  public static FakeTier onPort(BindableService service) throws IOException {
    return new FakeTier(service);
  }

  /** Returns the name of its channel. */
  public String target() {
    return "static://localhost:" + server.getPort();
  }

  public void setServing(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    names.forEach(name -> health.setStatus(name, status));
  }

  /** Reports its health under a model's fingerprint too, as tiers with a model do. */
  public FakeTier serving(Model model) {
    names.add(model.getFingerprint());
    setServing(true);
    return this;
  }

  /** Reports that another model is served from now on. */
  public void rollOut(Model before, Model model) {
    names.remove(before.getFingerprint());
    health.clearStatus(before.getFingerprint());
    FakeTier unused = serving(model);
  }

  @Override
  public void close() {
    Server unused = server.shutdownNow();
  }
}
