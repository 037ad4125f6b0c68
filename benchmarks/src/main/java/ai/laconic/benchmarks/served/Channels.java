package ai.laconic.benchmarks.served;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** Connections whose calls end in time, and whose answers need no threads of their own. */
final class Channels {
  /** Longer than any call of a suite takes. */
  private static final int MOST_MINUTES = 20;

  private static final Metadata.Key<String> TENANT =
      Metadata.Key.of("laconic-tenant", Metadata.ASCII_STRING_MARSHALLER);

  private Channels() {}

  /** Opens one to a gateway. */
  static ManagedChannel gateway(String address) {
    return to(address).build();
  }

  /** Opens one to a tier behind it, as whoever calls a gateway without API keys. */
  static ManagedChannel tier(String address) {
    Metadata headers = new Metadata();
    headers.put(TENANT, "default");
    return to(address).intercept(MetadataUtils.newAttachHeadersInterceptor(headers)).build();
  }

  private static ManagedChannelBuilder<?> to(String address) {
    return Grpc.newChannelBuilder("dns:///" + address, InsecureChannelCredentials.create())
        // Threads for callbacks would share the cores with what is measured.
        .directExecutor()
        .intercept(new Deadline());
  }

  private static final class Deadline implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return next.newCall(method, options.withDeadlineAfter(MOST_MINUTES, TimeUnit.MINUTES));
    }
  }
}
