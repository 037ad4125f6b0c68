package ai.laconic.gateway;

import static ai.laconic.gateway.Statuses.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.context.Uploader;
import ai.laconic.gateway.fake.Digests;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextServiceGrpc.ContextServiceStub;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationServiceGrpc.GenerationServiceBlockingStub;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.common.collect.ImmutableList;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one tenant does, or lets be, another one doesn't notice. */
@Timeout(120)
class BusyIsNotDownTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final GenerateRequest REQUEST =
      GenerateRequest.newBuilder()
          .addTurns(
              Turn.newBuilder().setRole(Role.ROLE_USER).addParts(Part.newBuilder().setText("Hi")))
          .setRatio(4)
          .build();

  private static GatewayFixture twoTenants(Object... settings) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "api-keys[0].tenant",
                "polite",
                "api-keys[0].sha256",
                Digests.sha256("polite key"),
                "api-keys[1].tenant",
                "flood",
                "api-keys[1].sha256",
                Digests.sha256("flood key")));
    all.addAll(List.of(settings));
    return GatewayFixture.with(all.toArray());
  }

  private static GenerationServiceBlockingStub asks(GatewayFixture gateway, String tenant) {
    return GatewayFixture.withHeader(
        gateway.generation(), "authorization", "Bearer " + tenant + " key");
  }

  private static ContextServiceStub uploads(GatewayFixture gateway, String tenant) {
    return GatewayFixture.withHeader(
        gateway.asyncContexts(), "authorization", "Bearer " + tenant + " key");
  }

  @Test
  void deadlinesOfOneTenantCloseNoDoorForAnother() {
    try (GatewayFixture gateway = twoTenants()) {
      gateway.decoder4.script = (request, answers) -> {};
      for (int i = 0; i < 25; i++) {
        assertFails(
            Code.DEADLINE_EXCEEDED,
            "",
            () ->
                ImmutableList.copyOf(
                    asks(gateway, "flood")
                        .withDeadlineAfter(20, TimeUnit.MILLISECONDS)
                        .generate(REQUEST)));
      }
      gateway.decoder4.script = (request, answers) -> FakeDecoder.sayHello(answers);
      assertThat(ImmutableList.copyOf(asks(gateway, "polite").generate(REQUEST))).hasSize(4);
    }
  }

  @Test
  void uploadsGivenUpByOneTenantCloseNoDoorForAnother() throws Exception {
    try (GatewayFixture gateway = twoTenants()) {
      gateway.encoder4.script = (request, windows) -> {};
      for (int i = 0; i < 25; i++) {
        int before = gateway.encoder4.requests.size();
        Uploader given = Uploader.open(uploads(gateway, "flood")).options(FOUR).text("text").end();
        await().until(() -> gateway.encoder4.requests.size() > before);
        given.cancel();
      }
      gateway.encoder4.script = gateway.encoder4::encodeAll;
      assertThat(Uploader.upload(uploads(gateway, "polite"), FOUR, "text").getTokens())
          .isEqualTo(4);
    }
  }

  @Test
  void aTenantThatTakesAllItMayLeavesRoomForAnother() {
    try (GatewayFixture gateway = twoTenants("admission.max-calls", "4")) {
      gateway.decoder4.script = (request, answers) -> answers.onNext(FakeDecoder.started());
      for (int i = 0; i < 40; i++) {
        Iterator<GenerateResponse> unused = asks(gateway, "flood").generate(REQUEST);
      }
      await().until(() -> gateway.decoder4.requests.size() == 2);
      gateway.decoder4.script = (request, answers) -> FakeDecoder.sayHello(answers);
      assertThat(ImmutableList.copyOf(asks(gateway, "polite").generate(REQUEST))).hasSize(4);
      assertThat(gateway.decoder4.requests).as("half of the calls are the flood's").hasSize(3);
    }
  }

  @Test
  void uploadsThatFallSilentGiveTheirPlacesBack() throws Exception {
    try (GatewayFixture gateway = twoTenants("grace", "PT0.2S", "admission.tenant-share", "1")) {
      List<Uploader> silent = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        silent.add(Uploader.open(uploads(gateway, "flood")).options(FOUR).text("fourteen bytes"));
      }
      assertThat(ImmutableList.copyOf(asks(gateway, "polite").generate(REQUEST))).hasSize(4);
      for (Uploader one : silent) {
        assertFails(Code.RESOURCE_EXHAUSTED, "its client sends too slowly", one::await);
      }
    }
  }
}
