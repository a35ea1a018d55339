package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func claim(parameters map[string]string, modes ...v1.PersistentVolumeAccessMode) controller.ProvisionOptions {
	policy := v1.PersistentVolumeReclaimDelete
	options := controller.ProvisionOptions{
		PVName:       "pv-1",
		PVC:          &v1.PersistentVolumeClaim{Spec: v1.PersistentVolumeClaimSpec{AccessModes: modes}},
		StorageClass: &storage.StorageClass{ReclaimPolicy: &policy, Parameters: parameters},
	}
	options.PVC.Namespace, options.PVC.Name, options.StorageClass.Name = "ns", "claim", "folders"
	return options
}

func TestTiesAVolumeToTheNodeOfItsFolder(t *testing.T) {
	f := folders{root: t.TempDir(), node: "machine"}
	volume, _, err := f.Provision(t.Context(), claim(nil, v1.ReadWriteOnce))
	if err != nil {
		t.Fatal(err)
	}
	expression := volume.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0]
	if expression.Key != "kubernetes.io/hostname" || expression.Values[0] != "machine" {
		t.Errorf("%+v", expression)
	}
	if volume.Spec.HostPath.Path != filepath.Join(f.root, "pv-1_ns_claim") {
		t.Error(volume.Spec.HostPath.Path)
	}
	info, err := os.Stat(volume.Spec.HostPath.Path)
	if err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("%v, %v", info, err)
	}
	if err := f.Delete(t.Context(), volume); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(volume.Spec.HostPath.Path); !os.IsNotExist(err) {
		t.Error("the folder is still there")
	}
}

func TestTiesASharedVolumeToNoNode(t *testing.T) {
	f := folders{root: t.TempDir(), node: "machine"}
	volume, _, err := f.Provision(t.Context(), claim(map[string]string{"shared": "true"}, v1.ReadWriteMany))
	if err != nil || volume.Spec.NodeAffinity != nil || volume.Spec.AccessModes[0] != v1.ReadWriteMany {
		t.Errorf("%+v, %v", volume, err)
	}
}

func TestRefusesWhatTheClassCannotGive(t *testing.T) {
	f := folders{root: t.TempDir(), node: "machine"}
	for want, options := range map[string]controller.ProvisionOptions{
		"not ReadWriteMany":              claim(nil, v1.ReadWriteMany),
		"not ReadOnlyMany":               claim(map[string]string{"shared": "false"}, v1.ReadWriteOnce, v1.ReadOnlyMany),
		`unknown parameter shared="yes"`: claim(map[string]string{"shared": "yes"}, v1.ReadWriteOnce),
		`unknown parameter size="1"`:     claim(map[string]string{"size": "1"}, v1.ReadWriteOnce),
	} {
		if _, _, err := f.Provision(t.Context(), options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if made, _ := os.ReadDir(f.root); len(made) > 0 {
		t.Error("a refused claim got a folder")
	}
}

func TestRemovesNothingOutsideItsFolder(t *testing.T) {
	f := folders{root: t.TempDir(), node: "machine"}
	volume := &v1.PersistentVolume{}
	volume.Spec.HostPath = &v1.HostPathVolumeSource{Path: filepath.Join(f.root, "..", "other")}
	if err := f.Delete(t.Context(), volume); err == nil || !strings.Contains(err.Error(), "not removed") {
		t.Error(err)
	}
}
