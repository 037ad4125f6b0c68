package ai.laconic.decoder.engine.triton;

import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ai.laconic.inference.ModelReadyRequest;
import ai.laconic.inference.ServerReadyRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** Asks whether the server and the model can serve. */
final class TritonReadiness {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final GRPCInferenceServiceBlockingStub triton;
  private final ModelReadyRequest model;

  TritonReadiness(Channel channel, TritonSettings settings) {
    this.triton = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    this.model =
        ModelReadyRequest.newBuilder()
            .setName(settings.modelName())
            .setVersion(settings.modelVersion())
            .build();
  }

  boolean ready() {
    try {
      GRPCInferenceServiceBlockingStub inTime = triton.withDeadlineAfter(TIMEOUT);
      return inTime.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()
          && inTime.modelReady(model).getReady();
    } catch (StatusRuntimeException unreachable) {
      return false;
    }
  }
}
